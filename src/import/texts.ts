// The notes of an import: what differs, and what is done instead.

export const TEXTS = {
  instead: {
    require: 'the tool is denied, as nothing else is as strict',
    approval: 'the condition is left out, so that more calls need an approval',
  },
  amountIsNumber: 'what it would add to a counter is a number',
  approvalTimeout: 'left out: how long a call waits for a person is not said for each rule',
  approvals: 'left out: who is asked for an approval, and how, is no part of what is imported',
  amounts:
    'a negative amount is denied, and fractions count; Intercept takes them off, or cuts them',
  brackets:
    'Intercept takes the brackets for a part of the name, and so does the result; did you mean `args.list[*].name` of policy-wrap?',
  counterInApproval:
    'a counter cannot decide whether an approval is needed: the condition is left out, so that more calls need one',
  counterOfDenied: 'left out: a rule that denies every call counts none',
  denyPattern:
    'left out: Intercept takes this name as it stands, and no tool has such a name; a pattern here would allow more',
  exists: { true: 'is there, and is not null', false: 'is not there, or is null' },
  failedCalls:
    'a call that the server answers with an error keeps its share of a limit; Intercept gives it back',
  foreignCounter:
    "calls of this tool count here too, so that the limit is reached sooner; Intercept only reads the other rule's counter",
  hidePattern: 'Intercept takes this name as it stands; here it is a pattern, and hides more',
  limitWords:
    'kept as a comment only: a limit tells the agent itself what it is and when to try again',
  others:
    'Intercept polices tools alone, so resources and prompts stay allowed: remove `resources` and `prompts` to deny them',
  secondLimit:
    'a limit of its own, reached up to one call sooner; Intercept compares what was counted before the call',
  sharedCounters:
    'each server has its own counters; Intercept shares those of one name among all servers with one state folder, which `scope: global` does here',
  spend: 'the price that a server asks cannot be seen here: the tool is denied',
  toolPattern:
    'Intercept takes this name as it stands; here it is a pattern, and its rules hold for more tools',
  types:
    'an argument of another type than the rule names (`"5"` for `5`) cannot be compared and is stopped; Intercept compares how they print',
  unreadCounter: 'left out: no condition holds this counter below a number, so it stops no call',
} as const;

// What the client is told while a call waits for a person: the question, and that it still waits.
import { escapeBreaks } from '../rpc/neutral.ts';

/** A question of the wrapper's to a client that began with `initialize`. */
export function questionLine(id: string, params: object): string {
  return line({ id, method: 'elicitation/create', params });
}

/** The question needs no answer any more. */
export function questionOver(id: string, reason: string): string {
  return line({ method: 'notifications/cancelled', params: { requestId: id, reason } });
}

/**
 * It still waits. Progress must grow with every notification, those that the server sends later
 * included: it stays below 0, with which most begin.
 */
export function progressLine(token: string | number, count: number, message: string): string {
  const params = { progressToken: token, progress: -1e-6 / count, message };
  return line({ method: 'notifications/progress', params });
}

function line(message: object): string {
  return `${escapeBreaks(JSON.stringify({ jsonrpc: '2.0', ...message }))}\n`;
}

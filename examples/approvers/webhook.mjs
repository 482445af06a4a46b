#!/usr/bin/env node
// `webhook.mjs URL`: asks a service for approval. README.md says what it is sent and what it answers.
import { setTimeout as sleep } from 'node:timers/promises';
import { answerWith, readRequest } from './request.mjs';

const POLL_MS = 1000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

await answerWith(async () => {
  const url = hookAt(process.argv[2]);
  const { line, leftMs } = await readRequest();
  const signal = AbortSignal.timeout(leftMs);
  try {
    let reply = await send(url, { method: 'POST', body: line, signal });
    while (reply.approve === undefined && typeof reply.status === 'string') {
      await sleep(POLL_MS, undefined, { signal });
      reply = await send(sameService(reply.status, url), { signal });
    }
    if (typeof reply.approve !== 'boolean') throw new Error('the reply is no answer');
    return reply.approve;
  } catch (error) {
    throw signal.aborted ? new Error('nobody has answered in time') : error;
  }
});

// What is asked may be secret, and whoever can change the reply can approve.
function hookAt(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!isSafe || url.username !== '' || url.password !== '')
    throw new Error('expected a URL with https, or http to this machine, and no password in it');
  return url;
}

// The token is for this service alone.
function sameService(status, url) {
  const next = new URL(status, url);
  if (next.origin !== url.origin) throw new Error(`the reply leads elsewhere, to ${next.origin}`);
  return next;
}

async function send(url, options) {
  const token = process.env.APPROVAL_WEBHOOK_TOKEN;
  const headers = {
    'content-type': 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { ...options, headers, redirect: 'error' });
  if (!response.ok) throw new Error(`${url.origin} answers with ${response.status}`);
  return Object(await response.json());
}

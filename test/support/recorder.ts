// An HTTP proxy in front of one server that notes every AWS request before it passes it on.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface AwsRequest {
  /** What stands behind the dot of `X-Amz-Target`, `DeleteCluster` say; empty without that header. */
  operation: string;
  body: string;
}

export interface Recorder {
  url: string;
  requests: AwsRequest[];
  close: () => void;
}

/** Listens on a free loopback port and passes everything on to `upstream` (`http://host:port`). */
export async function startRecorder(upstream: string): Promise<Recorder> {
  const requests: AwsRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const target = String(incoming.headers['x-amz-target'] ?? '');
    requests.push({ operation: target.slice(target.indexOf('.') + 1), body: body.toString() });
    const { method = 'GET', headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', upstream), { method, headers }, reply => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on('error', error => outgoing.writeHead(502).end(String(error)));
    onward.end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

// The resources of the conformance server, and its template.
import { png } from './content.mjs';

export const resources = [
  {
    uri: 'test://static-text',
    name: 'static text',
    description: 'Text that never changes',
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  },
  {
    uri: 'test://static-binary',
    name: 'static binary',
    description: 'A picture',
    mimeType: 'image/png',
    blob: png,
  },
  {
    uri: 'test://watched-resource',
    name: 'watched',
    description: 'Something to subscribe to',
    mimeType: 'text/plain',
    text: 'Nothing has changed.',
  },
];

export const template = {
  shown: {
    uriTemplate: 'test://template/{id}/data',
    name: 'data by id',
    description: 'Data with the id of its URI',
    mimeType: 'application/json',
  },
  read: uri => {
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id === undefined) return undefined;
    return { mimeType: 'application/json', text: JSON.stringify({ id, data: `Data for ${id}` }) };
  },
};

// Pieces of content that tools, prompts and resources of the conformance server share.

export const text = value => ({ type: 'text', text: value });

/** One red pixel. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
export const image = { type: 'image', data: png, mimeType: 'image/png' };

/** A header without samples. */
export const audio = {
  type: 'audio',
  data: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=',
  mimeType: 'audio/wav',
};

export const embedded = (uri, mimeType, value) => ({
  type: 'resource',
  resource: { uri, mimeType, text: value },
});

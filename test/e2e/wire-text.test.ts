// Hostile lines through the built program, each by itself: JSON, encodings, keys.
import { describe } from 'vitest';
import { testEach } from '../support/exchange.ts';
import { corpus } from '../wire/index.ts';

describe.each(['json', 'encoding', 'keys'])('%s', concern => testEach(corpus[concern] ?? []));

import { isDns1123Subdomain } from '@wherry/apimachinery';
import { isIP, isIPv4, isIPv6 } from 'node:net';

type Test = (text: string) => boolean;

const matches =
  (pattern: RegExp): Test =>
  (text) =>
    pattern.test(text);
const uuid = (version: string): Test =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i'));
const seconds = 'ns|us|µs|μs|ms|s|m|h';
const words =
  'nanoseconds?|milliseconds?|milli|micros?|microseconds?|seconds?|sec|minutes?|min|hours?|hr|days?|weeks?|wk|d|w';

/** The formats that upstream checks; others are ignored. None of the patterns can backtrack beyond a bound. */
export const formats: Readonly<Record<string, Test>> = {
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  uri: (text) => isAbsoluteUri(text),
  email: matches(/^[^\s@]{1,64}@[^\s@]{1,255}$/),
  hostname: (text) => isDns1123Subdomain(text.toLowerCase()).length === 0,
  ipv4: isIPv4,
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  cidr: isCidr,
  mac: matches(
    /^(?:[0-9a-f]{2}[:-]){5}(?:[0-9a-f]{2}|(?:[0-9a-f]{2}[:-]){2}[0-9a-f]{2})$|^(?:[0-9a-f]{4}\.){2,3}[0-9a-f]{4}$/i,
  ),
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4'),
  uuid5: uuid('5'),
  isbn: matches(/^(?:97[89][- ]?)?(?:\d[- ]?){9}[\dX]$/),
  isbn10: matches(/^(?:\d[- ]?){9}[\dX]$/),
  isbn13: matches(/^(?:\d[- ]?){12}\d$/),
  creditcard: matches(/^(?:\d[- ]?){12,18}\d$/),
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: matches(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  rgbcolor: matches(/^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/),
  byte: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  password: () => true,
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  duration: matches(new RegExp(`^[+-]?(?:\\d+(?:\\.\\d+)?\\s?(?:${seconds}|${words}))+$|^0$`)),
  'date-time': (text) =>
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?$/.test(text) &&
    !Number.isNaN(Date.parse(text.replace(' ', 'T'))),
};

function isAbsoluteUri(text: string): boolean {
  return URL.canParse(text) || /^\/[^\s]*$/.test(text);
}

function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const family = slash < 0 ? 0 : isIP(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

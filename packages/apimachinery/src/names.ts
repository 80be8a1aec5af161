/**
 * The syntax of names, label keys and values. Each returns upstream's messages, none when the text is right.
 * All patterns are free of nested repetition over the same characters, so they match in linear time.
 */
const dns1123Label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dns1123Subdomain = `${dns1123Label}(\\.${dns1123Label})*`;
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualifiedName})?`;
const configKey = '[-._a-zA-Z0-9]+';
const percent = '[0-9]+%';
const httpHeader = '[-A-Za-z0-9]+';
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';

export function isDns1123Label(value: string): string[] {
  const message = `a lowercase RFC 1123 label ${consists("alphanumeric characters or '-'", 'lower case ')}`;
  const errors = check(value, 63, dns1123Label, message, ['my-name', '123-abc']);
  const isSubdomain = value.includes('.') && matches(dns1123Subdomain, value);
  return isSubdomain ? [...errors.slice(0, -1), 'must not contain dots'] : errors;
}

export function isDns1123Subdomain(value: string): string[] {
  return check(
    value,
    253,
    dns1123Subdomain,
    `a lowercase RFC 1123 subdomain ${consists("alphanumeric characters, '-' or '.'", 'lower case ')}`,
    ['example.com'],
  );
}

export function isDns1035Label(value: string): string[] {
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return check(value, 63, dns1035Label, message, ['my-name', 'abc-123']);
}

/** One leading `*.` and a subdomain. */
export function isWildcardDns1123Subdomain(value: string): string[] {
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return check(value, 253, `\\*\\.${dns1123Subdomain}`, message, ['*.example.com']);
}

/** `[prefix/]name`: label and annotation keys, finalizers, resource names. */
export function isQualifiedName(value: string): string[] {
  const parts = value.split('/');
  const errors: string[] = [];
  const message = `must ${consists("alphanumeric characters, '-', '_' or '.'").slice('must '.length)}`;
  const examples = ['MyName', 'my.name', '123-abc'];
  let name = value;
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    name = parts[1] ?? '';
    if (prefix === '') errors.push('prefix part must be non-empty');
    else errors.push(...isDns1123Subdomain(prefix).map((text) => `prefix part ${inBytes(text)}`));
  } else if (parts.length > 2) {
    const whole = `a valid label key ${message}`;
    return [
      regexError(whole, qualifiedName, examples) +
        " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push(`name part ${inBytes(maxLengthMessage(63))}`);
  if (!matches(qualifiedName, name)) errors.push(`name part ${regexError(message, qualifiedName, examples)}`);
  return errors;
}

export function isLabelValue(value: string): string[] {
  const message = `a valid label must be an empty string or ${consists("alphanumeric characters, '-', '_' or '.'").slice('must '.length)}`;
  return check(value, 63, labelValue, message, ['MyValue', 'my_value', '12345']).map(inBytes);
}

/** Environment variable names: printable ASCII other than `=`. */
export function isEnvVarName(value: string): string[] {
  if (value === '') return [`environment variable name ${emptyMessage}`];
  if (/^[ -<>-~]+$/.test(value)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export function isCIdentifier(value: string): string[] {
  const message =
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
  return matches(cIdentifier, value) ? [] : [regexError(message, cIdentifier, ['my_name', 'MY_NAME', 'MyName'])];
}

export function isConfigMapKey(value: string): string[] {
  const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  const errors = check(value, 253, configKey, message, ['key.name', 'KEY_NAME', 'key-name']);
  if (value === '.') errors.push("must not be '.'");
  else if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

export function isHttpHeaderName(value: string): string[] {
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return matches(httpHeader, value) ? [] : [regexError(message, httpHeader, ['X-Header-Name'])];
}

export function isPercent(value: string): string[] {
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return matches(percent, value) ? [] : [regexError(message, percent, ['1%', '93%'])];
}

export function isPortNumber(value: number): string[] {
  return value >= 1 && value <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** A named port: at most 15 characters, one letter at least, no doubled or outer hyphens. */
export function isPortName(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 15) errors.push(maxLengthMessage(15));
  if (!/^[-a-z0-9]+$/.test(value))
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value !== '' && (value.startsWith('-') || value.endsWith('-')))
    errors.push('must not begin or end with a hyphen');
  return errors;
}

export const emptyMessage = 'must be non-empty';
export function maxLengthMessage(length: number): string {
  return `must be no more than ${length} characters`;
}

/** Label keys and values have their length judged in other words than names. */
function inBytes(message: string): string {
  return message.replace(/^(must be no more than \d+) characters$/, '$1 bytes');
}

function consists(what: string, ofCase = ''): string {
  return `must consist of ${ofCase}${what}, and must start and end with an alphanumeric character`;
}

function check(value: string, max: number, pattern: string, message: string, examples: readonly string[]): string[] {
  const errors: string[] = [];
  if (value.length > max) errors.push(maxLengthMessage(max));
  if (!matches(pattern, value)) errors.push(regexError(message, pattern, examples));
  return errors;
}

const compiled = new Map<string, RegExp>();
function matches(pattern: string, value: string): boolean {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = new RegExp(`^(?:${pattern})$`);
    compiled.set(pattern, regex);
  }
  return regex.test(value);
}

/** The spacing of the examples is upstream's. */
function regexError(message: string, pattern: string, examples: readonly string[]): string {
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${list}regex used for validation is '${pattern}')`;
}

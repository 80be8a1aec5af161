import { expect, test } from 'vitest';
import { executeGoTemplate, parseGoTemplate } from './template.ts';

const pod = {
  metadata: { name: 'web', labels: { app: 'web', 'a/b': 'c' } },
  spec: {
    containers: [
      { name: 'a', image: 'x', port: 80 },
      { name: 'b', image: 'y', port: 443 },
    ],
    empty: [],
  },
};
const run = (template: string): string => executeGoTemplate(parseGoTemplate(template), pod);

test.each([
  ['{{.metadata.name}}', 'web'],
  ['{{range .spec.containers}}{{.name}},{{end}}', 'a,b,'],
  ['{{range $i, $c := .spec.containers}}{{$i}}={{$c.image}} {{end}}', '0=x 1=y '],
  ['{{range $k, $v := .metadata.labels}}{{$k}}:{{$v}};{{end}}', 'a/b:c;app:web;'],
  ['{{range .spec.empty}}x{{else}}none{{end}}', 'none'],
  ['{{if eq .metadata.name "web"}}yes{{else}}no{{end}}', 'yes'],
  ['{{if and .metadata.name (not .spec.empty)}}a{{else if .nope}}b{{end}}', 'a'],
  ['{{with .metadata}}{{.name}} {{$.spec.empty}}{{end}}', 'web []'],
  ['{{index .metadata.labels "a/b"}} {{(index .spec.containers 1).image}}', 'c y'],
  ['{{len .spec.containers}} {{.metadata.name | printf "%s-%s" "x"}}', '2 x-web'],
  ['{{ printf "%-5s|%5.2f|%q|%v" .metadata.name 1.5 "q" .metadata.labels }}', 'web  | 1.50|"q"|map[a/b:c app:web]'],
  ['a  {{- /* gone */ -}}  b', 'ab'],
  ['a {{- "x" -}} b', 'axb'],
  ['{{$x := 1}}{{range .spec.containers}}{{$x = .port}}{{end}}{{$x}}', '443'],
  ['{{range .spec.containers}}{{if eq .name "b"}}{{break}}{{end}}{{.name}}{{end}}', 'a'],
  ['{{.nope}} {{if gt (len .spec.containers) 1}}many{{end}}', '<no value> many'],
  ['{{"aGk=" | base64decode}} {{exists . "spec" "nope"}}{{"\\n"}}', 'hi false\n'],
])('%s', (template, expected) => expect(run(template)).toBe(expected));

test('a mistake in a template is named', () => {
  expect(() => run('{{if .a}}')).toThrow('unexpected EOF');
  expect(() => run('{{.a')).toThrow('unclosed action');
  expect(() => run('{{nope 1}}')).toThrow('function "nope" not defined');
  expect(() => run('{{$x}}')).toThrow('undefined variable "$x"');
  expect(() => run('{{.nope.deeper}}')).toThrow('nil data; no entry for key "deeper"');
  expect(() => run('{{end}}')).toThrow('unexpected {{end}}');
  expect(() => run('{{lt 1 "a"}}')).toThrow('incompatible types for comparison');
});

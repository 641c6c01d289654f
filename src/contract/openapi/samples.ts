import type { OperationRow } from '../operation.ts';

/** A sample request in one language, for `x-codeSamples`. */
export interface CodeSample {
  readonly lang: string;
  readonly label: string;
  readonly source: string;
}

/** A row with example values. */
export interface SampleRequest {
  readonly row: OperationRow;
  /** With prefix, path parameters and query. */
  readonly url: string;
}

/** The six languages of Bond's pages, written as those pages write them. */
export function codeSamples(request: SampleRequest): readonly CodeSample[] {
  return [
    { lang: 'Shell', label: 'curl', source: curl(request) },
    { lang: 'Ruby', label: 'Ruby', source: ruby(request) },
    { lang: 'JavaScript', label: 'JavaScript (fetch)', source: javaScript(request) },
    { lang: 'Python', label: 'Python (requests)', source: python(request) },
    { lang: 'C#', label: 'C# (RestSharp)', source: csharp(request) },
    { lang: 'Java', label: 'Java (OkHttp)', source: java(request) },
  ];
}

/** Placeholders in the samples; the reference page fills them in. */
export const placeholders = {
  /** The default address of a sandbox. */
  origin: 'http://localhost:8080',
  identity: 'YOUR-IDENTITY',
  authorization: 'YOUR-AUTHORIZATION',
  session: 'YOUR-SESSION',
} as const;

const headersOf = ({ body, scope }: OperationRow): readonly (readonly [string, string])[] => [
  ['Accept', 'application/json'],
  ...credentialsOf(scope),
  ...(body ? ([['Content-Type', 'application/json']] as const) : []),
];

/** What says who calls. Where nobody has to be known, nothing does. */
function credentialsOf(scope: OperationRow['scope']): readonly (readonly [string, string])[] {
  if (scope === 'open') return [];
  if (scope === 'session')
    return [
      ['Cookie', `clientele=${placeholders.session}`],
      ['Clientele-Brand', '-'],
    ];
  return [
    ['Identity', placeholders.identity],
    ['Authorization', placeholders.authorization],
  ];
}

const pretty = (value: unknown, indent = 2): string => JSON.stringify(value, null, indent);

function curl({ row, url }: SampleRequest): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    `curl --request ${row.method}`,
    `--url ${quoted(url)}`,
    ...headersOf(row).map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`),
    ...(row.body ? [`--data ${quoted(`\n${pretty(row.body.example)}\n`)}`] : []),
  ].join(' \\\n  ');
}

function ruby({ row, url }: SampleRequest): string {
  const method = row.method.charAt(0) + row.method.slice(1).toLowerCase();
  return [
    "require 'uri'",
    "require 'net/http'",
    "require 'openssl'",
    '',
    `url = URI("${url}")`,
    '',
    'http = Net::HTTP.new(url.host, url.port)',
    "http.use_ssl = url.scheme == 'https'",
    '',
    `request = Net::HTTP::${method}.new(url)`,
    ...headersOf(row).map(([name, value]) => `request["${name}"] = '${value}'`),
    ...(row.body ? [`request.body = <<~'JSON'\n${indented(pretty(row.body.example), 2)}\nJSON`] : []),
    '',
    'response = http.request(request)',
    'puts response.read_body',
  ].join('\n');
}

function javaScript({ row, url }: SampleRequest): string {
  const headers = headersOf(row).map(([name, value]) => {
    const key = name.includes('-') ? `'${name}'` : name;
    return `    ${key}: '${value}'`;
  });
  const body = row.body ? `,\n  body: JSON.stringify(${indented(pretty(row.body.example), 2).trim()})` : '';
  return [
    'const options = {',
    `  method: '${row.method}',`,
    `  headers: {\n${headers.join(',\n')}\n  }${body}`,
    '};',
    '',
    `fetch('${url}', options)`,
    '  .then(response => response.json())',
    '  .then(response => console.log(response))',
    '  .catch(err => console.error(err));',
  ].join('\n');
}

function python({ row, url }: SampleRequest): string {
  const headers = headersOf(row).map(([name, value]) => `    "${name}": "${value}"`);
  const body = row.body ? ', json=payload' : '';
  return [
    'import requests',
    '',
    `url = "${url}"`,
    ...(row.body ? ['', `payload = ${pythonLiteral(row.body.example)}`] : []),
    `headers = {\n${headers.join(',\n')}\n}`,
    '',
    `response = requests.${row.method.toLowerCase()}(url${body}, headers=headers)`,
    '',
    'print(response.text)',
  ].join('\n');
}

/** JSON is valid Python except for three words, each at the end of a line of the indented form. */
const pythonLiteral = (value: unknown): string =>
  pretty(value, 4).replaceAll(/(?<=^ *(?:"(?:[^"\\]|\\.)*": )?)(?:true|false|null)(?=,?$)/gm, (word) =>
    word === 'null' ? 'None' : word.charAt(0).toUpperCase() + word.slice(1),
  );

function csharp({ row, url }: SampleRequest): string {
  const literal = row.body && JSON.stringify(JSON.stringify(row.body.example));
  return [
    `var client = new RestClient("${url}");`,
    `var request = new RestRequest(Method.${row.method});`,
    ...headersOf(row).map(([name, value]) => `request.AddHeader("${name}", "${value}");`),
    ...(literal ? [`request.AddParameter("application/json", ${literal}, ParameterType.RequestBody);`] : []),
    'IRestResponse response = client.Execute(request);',
  ].join('\n');
}

function java({ row, url }: SampleRequest): string {
  const literal = row.body && JSON.stringify(JSON.stringify(row.body.example));
  const content = literal
    ? 'body'
    : row.method === 'GET'
      ? ''
      : row.method === 'DELETE'
        ? 'null'
        : 'RequestBody.create(null, new byte[0])';
  return [
    'OkHttpClient client = new OkHttpClient();',
    '',
    ...(literal
      ? [
          'MediaType mediaType = MediaType.parse("application/json");',
          `RequestBody body = RequestBody.create(mediaType, ${literal});`,
        ]
      : []),
    'Request request = new Request.Builder()',
    `  .url("${url}")`,
    `  .${row.method.toLowerCase()}(${content})`,
    ...headersOf(row).map(([name, value]) => `  .addHeader("${name}", "${value}")`),
    '  .build();',
    '',
    'Response response = client.newCall(request).execute();',
  ].join('\n');
}

const indented = (text: string, spaces: number): string => text.replaceAll(/^/gm, ' '.repeat(spaces));

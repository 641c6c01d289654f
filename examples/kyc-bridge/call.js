/** Sends one JSON request and returns the text of the answer. Throws the status of any other answer than a success. */
export async function call(method, url, headers, content) {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    ...(content !== undefined && { body: typeof content === 'string' ? content : JSON.stringify(content) }),
    signal: AbortSignal.timeout(8_000),
  });
  if (response.ok) return response.text();
  await response.body?.cancel();
  const retryAfter = response.headers.get('retry-after');
  throw Object.assign(new Error('The request was refused.'), { status: response.status, retryAfter });
}

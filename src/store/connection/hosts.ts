// A connection URL with several hosts, as libpq takes it: postgres://user@a:5432,b:5432/name. Clientele writes, so it
// uses the host that takes writes, which libpq calls target_session_attrs=read-write.

const severalHosts = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*,[^/?#@]*)((?:[/?#].*)?)$/is;

/** A URL for each host. */
export function urlsOf(url: string): readonly string[] {
  const [, start, hosts, rest] = severalHosts.exec(url) ?? [];
  if (start === undefined || hosts === undefined) return [url];
  return hosts.split(',').map((host) => `${start}${host}${rest}`);
}

/** Which subscriptions `w` get events: enabled, not stopped, and with a URL that has proved that it wants them. */
export const isActiveSql =
  "w.status = 'STATUS_ENABLED' and w.stopped is null and w.ownership is distinct from 'unverified'";

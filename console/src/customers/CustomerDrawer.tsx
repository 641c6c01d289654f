export function CustomerDrawer() {
  return null;
}

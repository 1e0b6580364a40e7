/* Given to the server by `--import`: its screens take output and parse nothing, to see what parsing costs. */
const file = new URL("../../../dist/terminal/screen/headless.js", import.meta.url).href;
const { HeadlessScreen } = (await import(file)) as { HeadlessScreen: { prototype: { feed(): void } } };
HeadlessScreen.prototype.feed = () => {};

import { terminalHostSuite } from "../../test/suites/terminal-host.ts";
import { terminalHome } from "../../test/suites/terminal-home.ts";

terminalHostSuite("the detached host", async () => {
  const at = terminalHome();
  return { host: await at.connect(), at };
});

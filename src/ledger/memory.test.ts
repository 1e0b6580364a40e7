import { ledgerSuite } from "../../test/suites/ledger.ts";
import { memoryLedger } from "./memory.ts";

ledgerSuite("memory", async () => memoryLedger());

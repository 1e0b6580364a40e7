import { ledgerSuite } from "../../../test/suites/ledger.ts";
import { openSqliteLedger } from "./ledger.ts";
import { freshFile } from "../../../test/suites/ledger-file.ts";

ledgerSuite("sqlite", () => openSqliteLedger(freshFile()));

import { operations, type OperationName } from "../contract/operations.ts";
import type { Routes } from "./client.ts";

/** The route table, computed from the contract. For Node; it brings the schemas along, so a page asks `GET /api` instead. */
export const routes = Object.fromEntries(
  Object.entries(operations).map(([name, { http, scope }]) => [name as OperationName, { http, scope }]),
) as Routes;

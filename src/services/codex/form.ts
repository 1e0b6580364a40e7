import type { FormField, Questions, ToolApproval } from "./protocol.ts";

type Form = Questions["mcpServer/elicitation/request"];

/** Whether a form only stands for Codex's own question if a tool may run. */
export function isToolApproval(meta: Form["_meta"]): meta is ToolApproval {
  return meta?.codex_approval_kind === "mcp_tool_call";
}

/** The fields of a form, by name. */
export function fieldsOf({ requestedSchema }: Form): [name: string, field: FormField][] {
  return Object.entries(requestedSchema?.properties ?? {});
}

/** What one can choose from in a field; undefined when it is to be filled in. */
export function choicesOf(field: FormField): { label: string; value: string | boolean }[] | undefined {
  if (field.type === "boolean")
    return [
      { label: "yes", value: true },
      { label: "no", value: false },
    ];
  if (field.oneOf) return field.oneOf.map(({ const: value, title }) => ({ label: title, value }));
  return field.enum?.map((value) => ({ label: value, value }));
}

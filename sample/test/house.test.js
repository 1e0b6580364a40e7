import assert from "node:assert";
import { brew } from "../src/brew.js";
import { menu } from "../src/menu.js";

const names = menu.map(({ name }) => name);
assert.strictEqual(new Set(names).size, names.length, "no tea is on the menu twice");
for (const tea of menu) {
  assert.ok(tea.water > 0 && tea.water <= 100, `${tea.name}: water is liquid`);
  assert.ok(tea.seconds > 0, `${tea.name}: tea takes time`);
  assert.ok(brew(tea).includes(String(tea.water)), `${tea.name}: the guest is told the temperature`);
}
console.log(`${menu.length} teas, everything in order`);

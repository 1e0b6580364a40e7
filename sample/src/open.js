import { brew } from "./brew.js";
import { menu } from "./menu.js";

const wanted = process.argv[2];
const tea = menu.find(({ name }) => name === wanted);

if (tea) console.log(brew(tea));
else if (wanted) {
  console.log(`We have no ${wanted} today. We have ${menu.map(({ name }) => name).join(", ")}.`);
  process.exitCode = 1;
} else {
  console.log("The Paper Lantern is open.\n");
  for (const { name, water } of menu) console.log(`  ${name.padEnd(12)} ${water} °C`);
}

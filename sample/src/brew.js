/** How to brew a tea, in one sentence a tired guest can follow. */
export function brew(tea) {
  return `Heat the water to ${tea.water} °C, pour, and wait ${tea.seconds} seconds.`;
}

/** The teas of the house: degrees Celsius, seconds. */
export const menu = [
  { name: "sencha", water: 75, seconds: 90 },
  { name: "assam", water: 98, seconds: 240 },
  { name: "chamomile", water: 96, seconds: 300 },
];

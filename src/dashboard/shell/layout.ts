import { useSyncExternalStore } from "react";

/** How much fits beside each other: all three parts; two, the side's rooms being tabs of the centre; or one room at a time. */
export type Layout = "wide" | "middle" | "phone";

const wide = matchMedia("(min-width: 1100px)");
const phone = matchMedia("(max-width: 719px)");

export function layout(): Layout {
  return wide.matches ? "wide" : phone.matches ? "phone" : "middle";
}

export function useLayout(): Layout {
  return useSyncExternalStore((changed) => {
    wide.addEventListener("change", changed);
    phone.addEventListener("change", changed);
    return () => {
      wide.removeEventListener("change", changed);
      phone.removeEventListener("change", changed);
    };
  }, layout);
}

import { useEffect, useState, type RefObject } from "react";

/** How long something stays alive after it was last seen, ms: on this page, and when the whole page is hidden. */
const OFF_SCREEN_MS = 1_000;
const HIDDEN_MS = 10_000;

/** Whether anybody can see an element: it is in the window, and so is the page. A short look away does not count. */
export function useVisible(element: RefObject<HTMLElement | null>): boolean {
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    let within = false;
    let timer = 0;
    const look = () => {
      clearTimeout(timer);
      if (within && !document.hidden) setVisible(true);
      else timer = window.setTimeout(() => setVisible(false), document.hidden ? HIDDEN_MS : OFF_SCREEN_MS);
    };
    const observer = new IntersectionObserver((entries) => {
      within = entries.at(-1)?.isIntersecting ?? false;
      look();
    });
    observer.observe(target);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("visibilitychange", look);
    };
  }, [element]);
  return visible;
}

import { ALL } from "../../contract/actor.ts";
import { Button } from "../controls/button.tsx";
import { Time } from "../controls/time.tsx";
import { nameWords } from "../messages/names.ts";
import { ANY } from "../messages/wanted.ts";
import { Name } from "../messages/who.tsx";
import { goToRoom } from "../shell/places.ts";
import type { Link } from "./links.ts";

/** The same as a table: for screen readers, for the keyboard, and for exact numbers. */
export function LinkTable({ links }: { links: readonly Link[] }) {
  const sorted = [...links].sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
  return (
    // A scrolling region must be reachable by keyboard; the buttons in it are.
    <div className="graph-table scroll">
      <table>
        <caption className="unseen">Who wrote to whom lately</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Messages</th>
            <th scope="col">Latest</th>
            <th scope="col">
              <span className="unseen">Read</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ key, from, to, count, at }) => (
            <tr key={key}>
              <th scope="row">
                <Name of={from} strong />
              </th>
              <td>
                <Name of={to} />
              </td>
              <td>{count}</td>
              <td>
                <Time at={at} />
              </td>
              <td>
                <Button
                  look="quiet"
                  aria-label={`Read messages of ${nameWords(from)} to ${nameWords(to)}`}
                  onClick={() =>
                    goToRoom("messages", {
                      ...ANY,
                      ...(to === ALL ? { who: from, what: "broadcast" } : { who: `${from},${to}`, what: "direct" }),
                    })
                  }
                >
                  Read
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

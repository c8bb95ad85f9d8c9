// A new event: the wizard, and what the server makes of it once it was sent. Which of the two, and
// at which step, is in the address, so that the browser's back button and a reload do what they say.
import { useSearchParams } from "react-router";
import { Generation } from "./wizard/generation";
import { Wizard } from "./wizard/wizard";

export function Component() {
  const [params] = useSearchParams();
  const created = params.get("created");
  return (
    <div className="mx-auto max-w-4xl">
      <title>New event – Frontrow</title>
      {created ? <Generation id={created} /> : <Wizard />}
    </div>
  );
}

// A field for a password that its owner may look at. Must never show it unasked.
import { type ComponentProps, useState } from "react";
import { TextField } from "../../components/text-field";

type Props = Omit<ComponentProps<typeof TextField>, "type" | "inside">;

export function PasswordField(props: Props) {
  const [visible, setVisible] = useState(false);
  return (
    <TextField
      {...props}
      type={visible ? "text" : "password"}
      autoCapitalize="off"
      spellCheck={false}
      inside={
        <button
          type="button"
          aria-label={visible ? "Hide the password" : "Show the password"}
          onClick={() => setVisible(!visible)}
          data-testid="password-toggle"
          className="absolute inset-y-0 right-0 w-18 rounded-xl text-sm font-medium text-muted hover:text-ink"
        >
          {visible ? "Hide" : "Show"}
        </button>
      }
    />
  );
}

// Short messages that pass: "Row 4, seat 12 was just taken". Plain TypeScript; one list for the
// page. Must never carry what somebody needs later: that belongs on the page.

/** One thing that can be done about the message, for as long as it is shown. */
export interface ToastAction {
  label: string;
  run: () => void;
  testId?: string;
}

export interface Toast {
  id: number;
  text: string;
  tone: "info" | "good" | "danger";
  action?: ToastAction;
}

export class Toasts {
  private shown: readonly Toast[] = [];
  private nextId = 1;
  private readonly listeners = new Set<() => void>();

  getSnapshot = (): readonly Toast[] => this.shown;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  say(text: string, tone: Toast["tone"] = "info", action?: ToastAction): void {
    // The same words twice are one message that is new again.
    const others = this.shown.filter((toast) => toast.text !== text);
    const next = { id: this.nextId++, text, tone, ...(action && { action }) };
    this.set([...others, next].slice(-3));
  }

  dismiss(id: number): void {
    this.set(this.shown.filter((toast) => toast.id !== id));
  }

  private set(shown: readonly Toast[]): void {
    this.shown = shown;
    for (const listener of this.listeners) listener();
  }
}

export const toasts = new Toasts();

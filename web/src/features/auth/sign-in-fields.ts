// What is wrong with the fields of the sign-in form, before and after the server has seen them. Pure;
// must never say more about an address than the server does.
import type { ApiProblem } from "../../lib/api/problem";
import { emailText, passwordText, signInText } from "./problem-text";

export type FieldName = "name" | "email" | "password";
/** Sentences by field; none for a field that is fine. */
export type FieldErrors = Partial<Record<FieldName, string>>;

export interface SignInValues {
  name: string;
  email: string;
  password: string;
}

/** In the order of the form: the first one gets the focus. */
export const FIELDS: FieldName[] = ["name", "email", "password"];

/** A new account has rules for its password; an old one may have a password from before them. */
export function checkFields(values: SignInValues, isNew: boolean): FieldErrors {
  const errors: FieldErrors = {};
  if (isNew && !values.name.trim()) errors.name = "Please tell us your name.";
  const email = emailText(values.email);
  if (email) errors.email = email;
  if (!values.password) errors.password = "Please enter your password.";
  else if (isNew && passwordText(values.password)) errors.password = passwordText(values.password);
  return errors;
}

/** The field that the server's refusal is about, where it is about one. */
export function serverErrors(problem: ApiProblem): FieldErrors {
  if (problem.code === "email_taken") {
    return { email: "There is an account with this address. Sign in, or use another address." };
  }
  const field = FIELDS.find((name) => name === problem.fields.field);
  if (problem.code === "invalid_field" && field) return { [field]: FIELD_RULES[field] };
  if (problem.status === 401) return { password: signInText(problem) };
  return {};
}

const FIELD_RULES: Record<FieldName, string> = {
  name: "This name cannot be used. Please use 1 to 100 characters.",
  email: "This is not an email address that we can use.",
  password: "This password cannot be used. It needs 8 to 128 characters.",
};

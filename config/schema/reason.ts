import { text } from "./words";

/** Why a rule does not apply. */
export const reason = () =>
  text(
    /^(?=.*\S.*\S)[^\p{Cc}]{3,300}$/u,
    "is not a reason; write in a few words why the rule does not apply here",
  );

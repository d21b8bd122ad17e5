import { notesIn } from "../../components/remote/notes";

test("of what the runner prints, notes are for people", () => {
  expect(notesIn("restarted\n")).toEqual([]);
  expect(notesIn("restarted\nnote: one\nnote: two: three\n")).toEqual(["one", "two: three"]);
  expect(notesIn("a note: none\n")).toEqual([]);
});

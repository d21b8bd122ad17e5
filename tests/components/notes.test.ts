import { notesIn } from "../../components/remote/notes";

test("notes in the runner's output are for people", () => {
  expect(notesIn("restarted\n")).toEqual([]);
  expect(notesIn("restarted\nnote: one\nnote: two: three\n")).toEqual(["one", "two: three"]);
  expect(notesIn("a note: none\n")).toEqual([]);
});

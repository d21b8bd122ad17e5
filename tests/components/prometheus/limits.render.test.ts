import { globalLimits, inBytes, jobLimits } from "../../../components/prometheus/limits.render";

const limits = {
  bodySize: "64MB",
  samples: 10,
  labels: 20,
  labelNameLength: 30,
  labelValueLength: 40,
  targets: 50,
};

test("limits of all jobs in Prometheus' syntax; none is left out", () => {
  expect(globalLimits({ ...limits, targets: 0 })).toEqual({
    body_size_limit: "64MB",
    sample_limit: 10,
    label_limit: 20,
    label_name_length_limit: 30,
    label_value_length_limit: 40,
  });
  expect(globalLimits({ ...limits, bodySize: "0" })).not.toHaveProperty("body_size_limit");
});

test("a job has those that it names, and none is one that nothing reaches, as 0 would be the one of all jobs", () => {
  expect(jobLimits(undefined)).toEqual({});
  expect(jobLimits({ targets: 7 })).toEqual({ target_limit: 7 });
  expect(jobLimits({ bodySize: "0", samples: 0 })).toEqual({
    body_size_limit: "1EB",
    sample_limit: 2_000_000_000,
  });
});

test.each([
  ["0", 0],
  ["7B", 7],
  ["3KB", 3072],
  ["64MB", 67_108_864],
  ["2GB", 2_147_483_648],
])("%s is %d bytes", (size, bytes) => {
  expect(inBytes(size)).toBe(bytes);
});

// Deployments whose engine is stopped, or cut off from the host, at random moments.
import { interruptions, suite } from "./support/interruptionSuite";
import { ENGINE_FAULTS } from "./support/interruptions";

interruptions(suite("interrupted-engine"), ENGINE_FAULTS);

/**
 * Scratch space of one process, which every log uses, wherever it keeps its rows: in-memory SQLite.
 */
export { openMirroredPeople, type PeopleCopy } from './sqlite/people/mirrored-people.js';
export { openMirroredStaging } from './sqlite/audiences/mirrored-staging.js';

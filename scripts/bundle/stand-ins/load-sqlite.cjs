// Replaces src/files/load-sqlite.ts in the bundle, where SQLite is a file of dist (bundle.js).
exports.loadSqlite = () => require('@photostructure/sqlite');

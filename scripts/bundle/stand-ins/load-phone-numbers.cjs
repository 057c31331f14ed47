// Replaces src/identity/load-phone-numbers.ts in the bundle, where the plans are a file of dist.
exports.loadPhoneNumbers = () => require('libphonenumber-js/min');

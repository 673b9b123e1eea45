/** The packed package in a real n8n. Slow: installs n8n on first use. */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'],
	testPathIgnorePatterns: [],
	testTimeout: 15 * 60 * 1000,
	maxWorkers: 1,
};

/** Units and the compiled nodes in n8n's own engine. `dist/` must be built (`npm run build`). */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	testPathIgnorePatterns: ['/test/e2e/'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.dev.json' }] },
	testTimeout: 180_000,
	// By itself Jest leaves one core idle, which is half of them on a small machine.
	maxWorkers: '100%',
};

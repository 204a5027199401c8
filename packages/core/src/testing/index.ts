export { runStage, type StageTest, type StageTestResult, type TestInput } from './run-stage.js';

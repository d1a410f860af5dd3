export { loraExperts } from '../nn/experts';
export type { LoraExpertsOptions } from '../nn/experts';
export {
  Adapters,
  adaptTasks,
  DomainAdapters,
  lora,
  moeAdapters,
  moeLora,
  ranksByImportance,
  taskLora
} from '../transform/peft';
export type {
  AdapterPart,
  AdaptTasksOptions,
  Granularity,
  LoraOptions,
  MoeAdaptersOptions,
  MoeLoraOptions,
  Targets,
  TaskAdaptation,
  TaskLoraOptions,
  TrainableShare
} from '../transform/peft';

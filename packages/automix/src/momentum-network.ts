import {
  type Classifier,
  type ClassifierOutput,
  checkAlive,
  invalidArgument,
  type NamedTensors,
  type NamedVariables,
  type Rng,
  type State,
  updateEma,
  withoutGradient,
} from '@mix/core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Heads, headsOf } from './heads.js';
import { createMixupHead, type MixupHead } from './mixup-head.js';
import { type Momentum, momentumSchedule } from './momentum-schedule.js';
import { prefixed, taken, within } from './prefixed-state.js';
import { checkIsClassifier } from './probe-classifier.js';

/** Options of {@link createMomentumNetwork}. */
export interface MomentumNetworkOptions {
  /** The classifier that is trained; borrowed. */
  readonly student: Classifier;
  /**
   * A second classifier of the same factory and options. Its weights are overwritten and frozen (`trainable = false`); it stays its
   * maker's to dispose.
   */
  readonly teacher: Classifier;
  /** Width of the classifiers' embedding. */
  readonly embeddingSize: number;
  /** Where the mixup head's first weights come from. */
  readonly rng: Rng;
  /** How much of the teacher each step keeps. @defaultValue the papers' schedule, .999 to .999999 */
  readonly momentum?: Momentum;
  /**
   * Give the teacher the student's running statistics at first, too. The published code copies parameters alone, so that a teacher of
   * pre-trained weights evaluates wrongly for a while.
   * @defaultValue true
   */
  readonly copyStatsAtInit?: boolean;
}

/** A classifier's output, with the logits of its mixup head. */
export type HeadedOutput = ClassifierOutput & {
  /** `[B,classes]`. */
  readonly mixLogits: Tensor2D;
};

/** What a pass of the teacher gives without a gradient. */
export type TeacherView = {
  /** The stage asked for, `[B,h,w,C]`. */
  readonly features: Tensor4D;
  /** Of the one-hot head, `[B,classes]`. */
  readonly logits: Tensor2D;
  /** Of the mixup head, `[B,classes]`. */
  readonly mixLogits: Tensor2D;
};

/** A student and its teacher, each with a one-hot head (the classifier's own) and a mixup head. */
export interface MomentumNetwork {
  /** The slow copy. */
  readonly teacher: Classifier;
  /** The student's mixup head: `head_mix.fc.weight` and `head_mix.fc.bias`, to be trained with the classifier. */
  readonly headVariables: NamedVariables;
  /** The student on images, with batch statistics; differentiable by its variables. Throws `INVALID_ARGUMENT` for another classifier. */
  student(classifier: Classifier, images: Tensor4D): HeadedOutput;
  /** The teacher on images, with batch statistics; differentiable by the images, its variables being frozen. */
  teach(images: Tensor4D): HeadedOutput;
  /** One stage (counted from 1) and both heads of the teacher, off the gradient's tape. */
  look(images: Tensor4D, stage: number): TeacherView;
  /**
   * Moves the teacher and its heads towards the student: call it after the optimiser's step. Running statistics are not averaged, the
   * teacher keeps those of the images it saw.
   *
   * @param step Steps done before this one.
   * @param totalSteps Steps of the whole training; a constant momentum does without.
   */
  update(classifier: Classifier, step: number, totalSteps?: number): void;
  /** The momentum of a step. */
  momentumAt(step: number, totalSteps?: number): number;
  /** Classifiers that share the weights and differ by their head: to evaluate each. Not to be disposed. */
  heads(classifier: Classifier): Heads;
  /** Logits of all four heads in inference mode, `[B,classes]` each, new: one pass of the student and one of the teacher. */
  classify(classifier: Classifier, images: Tensor4D): Readonly<Record<keyof Heads, Tensor2D>>;
  /** Teacher and both mixup heads, as fresh tensors. */
  state(): State;
  /** Takes back what {@link MomentumNetwork.state} gave; changes nothing if it does not fit. */
  restore(state: State): void;
  /** Frees both mixup heads; may be called twice. */
  dispose(): void;
}

/**
 * Makes the momentum pipeline of AutoMix, SAMix and AdAutoMix: copies the student into the teacher, gives each a mixup head, and
 * keeps the teacher an exponential moving average of the student.
 *
 * @throws MixError `STATE_MISMATCH` when the teacher is not of the student's shape.
 * @see Liu et al. 2022, https://arxiv.org/abs/2103.13027; He et al. 2020, https://arxiv.org/abs/1911.05722
 */
export function createMomentumNetwork({
  student,
  teacher,
  embeddingSize,
  rng,
  momentum,
  copyStatsAtInit = true,
}: MomentumNetworkOptions): MomentumNetwork {
  if (student === teacher) {
    throw invalidArgument(
      'createMomentumNetwork',
      'teacher',
      'be another classifier than the student',
      'the same',
      {
        remedy: 'Make a second one with the same factory and options',
      },
    );
  }
  checkIsClassifier('createMomentumNetwork', 'student', student);
  checkIsClassifier('createMomentumNetwork', 'teacher', teacher);
  const momentumAt = momentumSchedule(momentum);
  const weights = new Set(Object.values(student.variables));
  const checkStudent = ({ variables }: Classifier): void => {
    if (Object.values(variables).every((variable) => weights.has(variable))) return;
    throw invalidArgument('MomentumNetwork', 'classifier', 'be the student it was made for', 'another');
  };
  copyStudent(student, teacher, copyStatsAtInit);
  const { numClasses } = student;
  const fast = createMixupHead({ embeddingSize, numClasses, rng: rng.fork('head_mix') });
  const slow = createMixupHead({ embeddingSize, numClasses, rng: rng.fork('head_mix') });
  for (const variable of [...Object.values(teacher.variables), ...Object.values(slow.variables)]) {
    variable.trainable = false;
  }
  const headVariables = prefixed('head_mix.', fast.variables);
  const teach = (images: Tensor4D) => headed(teacher.forward(images, { training: true }), slow);
  return {
    teacher,
    headVariables,
    momentumAt,
    teach,
    student(classifier, images) {
      checkStudent(classifier);
      return headed(classifier.forward(images, { training: true }), fast);
    },
    look: (images, stage) =>
      withoutGradient(() => {
        const { stages, logits, mixLogits } = teach(images);
        const features = stages[stage - 1];
        if (features === undefined) {
          throw invalidArgument('MomentumNetwork.look', 'stage', `be from 1 to ${stages.length}`, stage);
        }
        return { features, logits, mixLogits };
      }),
    update(classifier, step, totalSteps) {
      checkStudent(classifier);
      for (const variable of Object.values(headVariables)) checkAlive('MomentumNetwork', 'heads', variable);
      const kept = momentumAt(step, totalSteps);
      if (kept >= 1) return;
      updateEma(teacher.variables, classifier.variables as NamedTensors, kept);
      updateEma(slow.variables, fast.variables as NamedTensors, kept);
    },
    heads: (classifier) => headsOf(classifier, fast, teacher, slow),
    classify: (classifier, images) =>
      tf.tidy(() => {
        const [seen, judged] = [classifier, teacher].map((each) =>
          each.forward(images, { training: false }),
        ) as [ClassifierOutput, ClassifierOutput];
        return {
          student: seen.logits,
          studentMix: fast.logits(seen.embedding),
          teacher: judged.logits,
          teacherMix: slow.logits(judged.embedding),
        };
      }),
    state: () => {
      const { tensors, values } = teacher.state();
      return {
        tensors: {
          ...prefixed('teacher.', tensors),
          ...prefixed('head_mix.', copies(fast.variables)),
          ...prefixed('teacher_head_mix.', copies(slow.variables)),
        },
        values: { teacher: values },
      };
    },
    restore(state) {
      const heads = (
        [
          [fast.variables, 'head_mix.'],
          [slow.variables, 'teacher_head_mix.'],
        ] as const
      ).map(
        ([variables, prefix]) =>
          [variables, taken('MomentumNetwork.restore', variables, state.tensors, prefix)] as const,
      );
      const values = (state.values['teacher'] ?? {}) as State['values'];
      teacher.restore({ tensors: within('teacher.', state.tensors), values });
      for (const [variables, tensors] of heads) assign(variables, tensors);
    },
    dispose() {
      fast.dispose();
      slow.dispose();
    },
  };
}

// By name, for what is frozen is no variable either: as in PyTorch, and in tfjs-layers.
const isStatistic = /(^|[./])(running_(mean|var)|moving_(mean|variance))$/;

function copyStudent(student: Classifier, teacher: Classifier, copyStats: boolean): void {
  const wanted = student.state();
  const before = teacher.state();
  try {
    const parameters = copyStats
      ? wanted.tensors
      : Object.fromEntries(
          Object.entries(wanted.tensors).map(([name, value]) => {
            const own = isStatistic.test(name) ? before.tensors[name] : undefined;
            return [name, own ?? value];
          }),
        );
    teacher.restore({ tensors: parameters, values: before.values });
  } finally {
    tf.dispose([{ ...wanted.tensors }, { ...before.tensors }]);
  }
}

function headed(output: ClassifierOutput, head: MixupHead): HeadedOutput {
  return { ...output, mixLogits: head.logits(output.embedding) };
}

function copies(variables: NamedVariables): NamedTensors {
  for (const variable of Object.values(variables)) checkAlive('MomentumNetwork', 'heads', variable);
  return Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, tf.clone(variable)]));
}

function assign(variables: NamedVariables, tensors: NamedTensors): void {
  for (const [name, variable] of Object.entries(variables)) {
    variable.assign(tensors[name] as Tensor);
  }
}

import { adautomixFamily } from './adautomix.js';
import { augmixFamily } from './augmix.js';
import { automixFamily } from './automix.js';
import { classDistanceFamily } from './class-distance.js';
import { cutmixFamily } from './cutmix.js';
import { cutoutFamily } from './cutout.js';
import { emaFamily } from './ema.js';
import type { Family } from './family.js';
import { fmixFamily } from './fmix.js';
import { gmixFamily } from './gmix.js';
import { gradcamFamily } from './gradcam.js';
import { gridmaskFamily } from './gridmask.js';
import { gridmixFamily } from './gridmix.js';
import { hideAndSeekFamily } from './hide-and-seek.js';
import { hmixFamily } from './hmix.js';
import { lumixFamily, remixFamily } from './label-rules.js';
import { labelSmoothingFamily } from './label-smoothing.js';
import { lamRescaleFamily, maskAdjustFamily, maskLossFamily, schedulesFamily } from './learned-masks.js';
import {
  bilateralFamily,
  cmoPasteFamily,
  cmoWeightsFamily,
  longTailCountsFamily,
  samplerFamily,
} from './long-tail.js';
import { betaMixtureFamily, gaussianMixtureFamily } from './loss-mixtures.js';
import { mCorrectionFamily } from './m-correction.js';
import { manifoldFamily } from './manifold.js';
import { mixLossesFamily } from './mix-losses.js';
import { mixedCeFamily } from './mixed-ce.js';
import { mixupFamily } from './mixup.js';
import { mixupeFamily } from './mixupe.js';
import { modelFamily } from './model.js';
import { momentsFamily } from './moments.js';
import { mosaicFamily } from './mosaic.js';
import { paddlesFamily } from './paddles.js';
import { randomErasingFamily } from './random-erasing.js';
import { resizemixFamily } from './resizemix.js';
import { ricapFamily } from './ricap.js';
import { smoothmixFamily } from './smoothmix.js';
import { softConfidenceFamily, softCropFamily } from './soft-augmentation.js';
import { stackmixFamily } from './stackmix.js';
import { sumixFamily } from './sumix.js';
import { timmFamily } from './timm.js';
import { torchvisionFamily } from './torchvision.js';
import { upsampleFamily } from './upsample.js';

const families: Readonly<Record<string, Family>> = {
  automix_: automixFamily,
  adautomix_: adautomixFamily,
  ema_update: emaFamily,
  eval_gradcam: gradcamFamily,
  handcrafted_augmix_: augmixFamily,
  handcrafted_bilateral_: bilateralFamily,
  handcrafted_class_distance: classDistanceFamily,
  handcrafted_cmo_paste: cmoPasteFamily,
  handcrafted_cmo_weights: cmoWeightsFamily,
  handcrafted_cutmix_: cutmixFamily,
  handcrafted_cutout_: cutoutFamily,
  handcrafted_fmix_: fmixFamily,
  handcrafted_gmix_: gmixFamily,
  handcrafted_gridmask_: gridmaskFamily,
  handcrafted_gridmix_: gridmixFamily,
  handcrafted_hide_and_seek: hideAndSeekFamily,
  handcrafted_hmix_: hmixFamily,
  handcrafted_label_smoothing: labelSmoothingFamily,
  handcrafted_gmm_em: gaussianMixtureFamily,
  handcrafted_longtail_counts: longTailCountsFamily,
  handcrafted_lumix_: lumixFamily,
  handcrafted_manifold_: manifoldFamily,
  handcrafted_mcorrection_bmm: betaMixtureFamily,
  handcrafted_mcorrection_losses: mCorrectionFamily,
  handcrafted_mixed_ce: mixedCeFamily,
  handcrafted_mixup_: mixupFamily,
  handcrafted_mixupe_: mixupeFamily,
  handcrafted_moments: momentsFamily,
  handcrafted_remix_: remixFamily,
  handcrafted_mosaic: mosaicFamily,
  handcrafted_paddles_: paddlesFamily,
  handcrafted_random_erasing_: randomErasingFamily,
  handcrafted_ricap_: ricapFamily,
  handcrafted_softaug_curve: softConfidenceFamily,
  handcrafted_softcrop: softCropFamily,
  handcrafted_stackmix: stackmixFamily,
  handcrafted_reversed_sampler: samplerFamily,
  handcrafted_resizemix_: resizemixFamily,
  handcrafted_smoothmix_: smoothmixFamily,
  handcrafted_timm_: timmFamily,
  handcrafted_torchvision_: torchvisionFamily,
  lam_margin: maskAdjustFamily,
  lambda_rescale: lamRescaleFamily,
  mask_adjust: maskAdjustFamily,
  mask_loss_: maskLossFamily,
  mix_losses: mixLossesFamily,
  models_convnext_: modelFamily,
  models_deit_: modelFamily,
  models_densenet121: modelFamily,
  models_lenet: modelFamily,
  models_nexception_: modelFamily,
  models_swin_: modelFamily,
  models_preact_resnet18: modelFamily,
  models_resnet: modelFamily,
  models_resnext: modelFamily,
  models_twins_: modelFamily,
  models_vgg: modelFamily,
  models_xception: modelFamily,
  models_wide_resnet50: modelFamily,
  models_wrn: modelFamily,
  sumix_: sumixFamily,
  samix_: automixFamily,
  schedules: schedulesFamily,
  upsample_: upsampleFamily,
};

/** The family of a case: the one with the longest matching prefix, so that a folder of other cases just works. */
export function familyOf(name: string): Family | undefined {
  const prefixes = Object.keys(families).filter((prefix) => name.startsWith(prefix));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : families[longest];
}

from chainercv.experimental.links.model.fcis.fcis import FCIS  # NOQA
from chainercv.experimental.links.model.fcis.fcis_resnet101 import FCISResNet101  # NOQA
from chainercv.experimental.links.model.fcis.fcis_resnet101 import FCISResNet101Head  # NOQA
from chainercv.experimental.links.model.fcis.fcis_resnet101 import ResNet101Extractor  # NOQA
from chainercv.experimental.links.model.fcis.fcis_train_chain import FCISTrainChain  # NOQA
from chainercv.experimental.links.model.fcis.utils.mask_voting import mask_voting  # NOQA
from chainercv.experimental.links.model.fcis.utils.proposal_target_creator import ProposalTargetCreator  # NOQA

"""Every error that Byline raises on purpose.

Law: a message says what is wrong in one line; ``hint`` names the next command or step. Errors of
other libraries are translated where they enter; only the front doors (app.py, eval/__main__.py)
catch and print. ``exit_code`` is what the front doors end with: 2 for wrong use, 1 for a fault.

    BylineError                    1
    +-- UsageError                 2   asked for in a way that can't work
    |   +-- QuestionError          2   empty, or too long to be a question
    |   +-- CorpusError            2   missing, not a folder, unreadable, or holds no article
    |   +-- CasesError             2   a case file that can't be used; names the line and field
    |   +-- ReceiptError           2   a receipt that can't be used; names the line or field
    |   +-- SettingError           2   a setting with a value that can't be
    +-- IndexFault                 1
    |   +-- IndexMissing           1   nothing has been indexed yet
    |   +-- IndexBusy              1   another process is writing this index
    |   +-- EmbedderMismatch       1   built with another embedding model
    |   +-- StorageError           1   disk full, folder not writable, catalog damaged
    |   +-- VectorsError           1   Chroma can't be opened, reached or trusted
    |   +-- ReaderError            1   the process that reads files can't be started
    +-- ModelFault                 1
        +-- EmbedderError          1   the embedding model can't be loaded or verified
        +-- OllamaDown             1   asked for Ollama, and none answers
        +-- ModelMissing           1   a named model that is not there
        +-- ModelRefused           1   a model that would send text to another machine
        +-- ModelBroke             1   the model failed, or stopped in mid-answer
        +-- ModelUnfit             1   the model's replies can't be read: empty, all thinking, or in no form
        +-- PromptTooLong          1   does not fit the model's context window
        +-- WeightsError           1   the weights are missing, cut short or altered
"""


class BylineError(Exception):
    """The root. ``str(error)`` is one line for a person; ``hint`` is the next step, or empty."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(BylineError):
    """Asked for in a way that can't work."""

    exit_code = 2


class QuestionError(UsageError):
    """The question is empty, or too long to be one."""


class CorpusError(UsageError):
    """The corpus folder is missing, not a folder, unreadable, or holds no article."""


class CasesError(UsageError):
    """A case file that can't be used."""


class ReceiptError(UsageError):
    """A receipt that can't be used."""


class SettingError(UsageError):
    """A setting whose value can't be."""


class IndexFault(BylineError):
    """The index can't serve."""


class IndexMissing(IndexFault):
    """Nothing has been indexed yet."""


class IndexBusy(IndexFault):
    """Another process is writing this index."""


class EmbedderMismatch(IndexFault):
    """The index was built with another embedding model."""


class StorageError(IndexFault):
    """The disk is full, the folder can't be written, or the catalog is damaged."""


class VectorsError(IndexFault):
    """Chroma can't be opened, reached or trusted."""


class ReaderError(IndexFault):
    """The process that reads files can't be started."""


class ModelFault(BylineError):
    """A model can't serve."""


class EmbedderError(ModelFault):
    """The embedding model can't be loaded or verified."""


class OllamaDown(ModelFault):
    """Ollama was asked for, and none answers."""


class ModelMissing(ModelFault):
    """A named model that is not there."""


class ModelRefused(ModelFault):
    """A model that would send text to another machine."""


class ModelBroke(ModelFault):
    """The model failed, or stopped in the middle of an answer."""


class ModelUnfit(ModelFault):
    """The model's replies can't be read: they are empty, all thinking, or in no form that was asked for."""


class PromptTooLong(ModelFault):
    """The prompt does not fit the model's context window."""


class WeightsError(ModelFault):
    """The weights are missing, cut short or altered."""

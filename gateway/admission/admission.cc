#include "gateway/admission/admission.h"

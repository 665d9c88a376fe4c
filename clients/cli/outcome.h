// What became of a send, for people.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <string>

#include "clients/cli/context.h"

namespace wsgate::cli {

using Names = google::protobuf::RepeatedPtrField<std::string>;

// Prints it as a table, with a line for whatever did not go well.
void PrintOutcome(const v1::Outcome& outcome, const Names& offline_user_ids, Context& context);

// Nobody was reached, or only some of the shards took the send: each has its code.
[[nodiscard]] ExitCode ExitCodeOf(const v1::Outcome& outcome);

}  // namespace wsgate::cli

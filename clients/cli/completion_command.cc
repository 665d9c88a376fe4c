// wsgatectl completion.
#include <CLI/CLI.hpp>
#include <memory>

#include "clients/cli/commands.h"
#include "clients/cli/completion.h"
#include "clients/cli/flags.h"

namespace wsgate::cli {

void AddCompletion(CommandLine& line) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& app =
      line.Add(line.root(), "completion", "Prints a script that completes commands in a shell.");
  CLI::Option* const option = AddValue(app, "SHELL", *shell, "bash|zsh|fish", "which shell");
  option->required();
  AddChoice(*option);
  app.footer(
      "Examples\n"
      "  source <(wsgatectl completion bash)\n"
      "  wsgatectl completion fish > ~/.config/fish/completions/wsgatectl.fish");
  line.OnRunAlone(app, [shell, &line](Context& context) {
    const CLI::App& root = line.root();
    context.out() << (*shell == "bash"  ? BashCompletion(root)
                      : *shell == "zsh" ? ZshCompletion(root)
                                        : FishCompletion(root));
    return ExitCode::kOk;
  });
}

}  // namespace wsgate::cli

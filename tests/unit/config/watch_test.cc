#include "gateway/config/watch.h"

#include <gtest/gtest.h>

#include "tests/unit/config/temp_dir.h"

namespace wsgate {
namespace {

TEST(FileWatchTest, AChangeIsToldOnce) {
  const TempDir dir;
  FileWatch watch(dir.Write("w.yaml", "shards: 1\n"));
  EXPECT_FALSE(watch.Changed());
  dir.Write("w.yaml", "shards: 10\n");
  EXPECT_TRUE(watch.Changed());
  EXPECT_FALSE(watch.Changed());
}

TEST(FileWatchTest, TheSameSizeAtAnotherTimeIsAChange) {
  const TempDir dir;
  const std::string path = dir.Write("w.yaml", "shards: 1\n");
  FileWatch watch(path);
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
  EXPECT_TRUE(watch.Changed());
}

TEST(FileWatchTest, KubernetesSwapsASymlinkAboveTheFile) {
  const TempDir dir;
  const auto write = [&](const std::string& name) {
    const std::string path = dir.Write(name + "/w.yaml", "shards: 1\n");
    std::filesystem::last_write_time(path, std::filesystem::file_time_type());
  };
  write("..old");
  std::filesystem::create_symlink("..old", dir.Path("..data"));
  std::filesystem::create_symlink("..data/w.yaml", dir.Path("w.yaml"));
  FileWatch watch(dir.Path("w.yaml"));
  EXPECT_FALSE(watch.Changed());
  write("..new");
  EXPECT_FALSE(watch.Changed()) << "not yet in its place";
  std::filesystem::create_symlink("..new", dir.Path("..tmp"));
  std::filesystem::rename(dir.Path("..tmp"), dir.Path("..data"));
  EXPECT_TRUE(watch.Changed()) << "same size and time, another file";
  EXPECT_FALSE(watch.Changed());
}

TEST(FileWatchTest, AFileThatIsGoneIsNoChangeButItsReturnIs) {
  const TempDir dir;
  const std::string path = dir.Write("w.yaml", "shards: 1\n");
  FileWatch watch(path);
  // Moved away, not removed, so that its inode is not used again at once.
  std::filesystem::rename(path, dir.Path("kept.yaml"));
  EXPECT_FALSE(watch.Changed());
  dir.Write("w.yaml", "shards: 1\n");
  EXPECT_TRUE(watch.Changed());
}

TEST(FileWatchTest, AFileMayAppearLater) {
  const TempDir dir;
  FileWatch watch(dir.Path("w.yaml"));
  EXPECT_FALSE(watch.Changed());
  dir.Write("w.yaml", "");
  EXPECT_TRUE(watch.Changed());
}

}  // namespace
}  // namespace wsgate

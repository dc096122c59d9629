# Homebrew; fill in the address and the hash of the source archive of the release
class LstmCalc < Formula
  include Language::Python::Virtualenv

  desc "LSTM parameter and shape calculator"
  homepage "ADDRESS"
  url "ADDRESS/lstm_calc-0.1.0.tar.gz"
  sha256 "HASH"
  license "MIT"

  depends_on "python@3.13"

  # brew update-python-resources lstm-calc writes the resources of rich >=13.9 and typer >=0.28,<0.29

  def install
    virtualenv_install_with_resources
  end

  test do
    assert_equal "8320", shell_output("#{bin}/lstm-calc params --input 32 --units 32 -q").strip
  end
end
